from . import logistics_document_upload
