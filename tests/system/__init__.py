"""Tests of the running system: real servers with workers, real HTTP, nothing mocked."""
