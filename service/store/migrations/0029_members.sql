-- +goose Up
-- Members of electing units, from the organisation's lists; a person confirms
-- with the phone that stands there.
CREATE TABLE members (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  electing_unit_id VARCHAR(36) NOT NULL,
  name VARCHAR(60) NOT NULL,
  phone VARCHAR(255) NOT NULL,
  phone_hash VARCHAR(64) NOT NULL,
  person_id VARCHAR(36) NOT NULL,
  added_by VARCHAR(36) NOT NULL,
  created_at DATETIME/*!(3)*/ NOT NULL,
  confirmed_at DATETIME/*!(3)*/ NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE UNIQUE INDEX members_once ON members (electing_unit_id, phone_hash);
CREATE INDEX members_phone ON members (phone_hash);
CREATE INDEX members_person ON members (person_id);
