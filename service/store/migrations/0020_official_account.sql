-- +goose Up
-- The official account as the office keeps it: the menu as it is drafted and as it
-- was published last, and what is answered to whom follows or types some words.
CREATE TABLE official_menus (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  draft MEDIUMTEXT NOT NULL,
  published MEDIUMTEXT NOT NULL,
  revision INT NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  updated_by VARCHAR(60) NOT NULL,
  published_at DATETIME/*!(3)*/ NULL,
  published_by VARCHAR(60) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE official_replies (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  kind VARCHAR(16) NOT NULL,
  name VARCHAR(60) NOT NULL,
  matching VARCHAR(16) NOT NULL,
  words TEXT NOT NULL,
  form VARCHAR(16) NOT NULL,
  title VARCHAR(120) NOT NULL,
  body TEXT NOT NULL,
  target VARCHAR(1024) NOT NULL,
  sort INT NOT NULL,
  enabled BOOLEAN NOT NULL,
  revision INT NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  updated_by VARCHAR(60) NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX official_replies_order ON official_replies (kind, sort);
