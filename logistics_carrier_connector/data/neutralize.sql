-- A copy of the database takes no messages and cannot prove itself to anybody.
UPDATE logistics_connection SET state = 'suspended', environment = 'test' WHERE state = 'active';
UPDATE logistics_connection SET token = md5(random()::text || clock_timestamp()::text);
DELETE FROM logistics_connection_secret;
