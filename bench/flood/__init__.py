"""Many messages at once, some of them twice and some of them broken, while workers are killed."""
