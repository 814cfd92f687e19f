from . import hooks
from . import events
from . import messages
from . import shipments
from . import acknowledgements
from . import health
from . import api_docs
