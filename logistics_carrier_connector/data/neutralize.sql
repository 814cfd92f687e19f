-- A copy of the database takes no messages and cannot prove itself to anybody.
UPDATE logistics_connection SET state = 'suspended', environment = 'test' WHERE state = 'active';
UPDATE logistics_connection SET token = md5(random()::text || clock_timestamp()::text);
DELETE FROM logistics_connection_secret;
-- Nor does it take away the files of anybody, or put files anywhere.
UPDATE logistics_folder SET state = 'paused', sealed_secret = NULL;
-- Nor does it ask carriers, with whose keys ever.
UPDATE logistics_poll SET state = 'paused', sealed_secret = NULL, sealed_token = NULL;
-- Partners are answered by the real database only.
UPDATE logistics_message_acknowledgement SET state = 'withdrawn' WHERE state = 'waiting';
