-- +goose Up
-- Phone numbers stand sealed and are found by a keyed hash (docs/adr/0009). A
-- sealed number is longer; SQLite does not limit the length anyway.
/*! ALTER TABLE people MODIFY phone VARCHAR(255) NOT NULL */;
ALTER TABLE people ADD COLUMN phone_hash VARCHAR(64) NOT NULL DEFAULT '';
CREATE INDEX people_phone_hash ON people (phone_hash);
