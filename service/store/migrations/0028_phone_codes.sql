-- +goose Up
-- Codes that were sent by SMS to prove a phone number, as keyed hashes.
CREATE TABLE phone_codes (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  phone_hash VARCHAR(64) NOT NULL,
  code_hash VARCHAR(64) NOT NULL,
  tries INT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL,
  used_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX phone_codes_person ON phone_codes (person_id);
CREATE INDEX phone_codes_end ON phone_codes (expires_at);
