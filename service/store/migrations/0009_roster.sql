-- +goose Up
-- A representative's number on the roster, which tells two of one name apart,
-- and the mark by which two imports at once notice each other.
ALTER TABLE representatives ADD COLUMN code VARCHAR(32) NOT NULL DEFAULT '';

CREATE TABLE roster_revisions (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  revision INT NOT NULL,
  imported_at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
