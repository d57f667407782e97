-- +goose Up
-- Where a session is used and how fresh its second factor is; second factors,
-- recovery codes and known devices of staff (docs/adr/0010).
ALTER TABLE sessions ADD COLUMN device VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN device_id VARCHAR(36) NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address VARCHAR(45) NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN enrolling BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN last_used_at DATETIME/*!(3)*/ NULL;
ALTER TABLE sessions ADD COLUMN stepped_up_at DATETIME/*!(3)*/ NULL;

ALTER TABLE staff_accounts ADD COLUMN password_changed_at DATETIME/*!(3)*/ NULL;
ALTER TABLE staff_accounts ADD COLUMN totp_secret VARCHAR(255) NOT NULL DEFAULT '';
ALTER TABLE staff_accounts ADD COLUMN totp_confirmed_at DATETIME/*!(3)*/ NULL;
ALTER TABLE staff_accounts ADD COLUMN totp_last_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff_accounts ADD COLUMN totp_pending VARCHAR(255) NOT NULL DEFAULT '';
ALTER TABLE staff_accounts ADD COLUMN totp_pending_at DATETIME/*!(3)*/ NULL;

CREATE TABLE recovery_codes (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  code_hash VARCHAR(64) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  used_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX recovery_codes_code ON recovery_codes (person_id, code_hash);

CREATE TABLE staff_devices (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  label VARCHAR(60) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  last_used_at DATETIME/*!(3)*/ NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX staff_devices_token ON staff_devices (token_hash);
CREATE INDEX staff_devices_person ON staff_devices (person_id, last_used_at);
CREATE INDEX staff_devices_expires ON staff_devices (expires_at);

CREATE TABLE sign_in_challenges (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  person_id VARCHAR(36) NOT NULL,
  token_hash VARCHAR(64) NOT NULL,
  device_id VARCHAR(36) NOT NULL,
  address VARCHAR(45) NOT NULL,
  attempts INT NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  expires_at DATETIME/*!(3)*/ NOT NULL,
  used_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX sign_in_challenges_token ON sign_in_challenges (token_hash);
CREATE INDEX sign_in_challenges_expires ON sign_in_challenges (expires_at);
