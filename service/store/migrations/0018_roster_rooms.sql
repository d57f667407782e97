-- +goose Up
-- What was imported and by whom, so that who left the page finds out how it
-- went; the reading of a name that the tables get wrong; and a counter per record,
-- by which two who edit the same one notice each other.
CREATE TABLE roster_imports (
  id VARCHAR(36) NOT NULL PRIMARY KEY,
  actor VARCHAR(60) NOT NULL,
  area_path VARCHAR(255) NOT NULL,
  file_name VARCHAR(120) NOT NULL,
  added INT NOT NULL,
  changed INT NOT NULL,
  detail VARCHAR(1000) NOT NULL,
  at DATETIME/*!(3)*/ NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
CREATE INDEX roster_imports_newest ON roster_imports (at, id);

ALTER TABLE representatives ADD COLUMN reading VARCHAR(120) NOT NULL DEFAULT '';
ALTER TABLE representatives ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE areas ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE organisations ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE electing_units ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE terms ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE delegations ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE topics ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE units ADD COLUMN revision INT NOT NULL DEFAULT 0;
ALTER TABLE studios ADD COLUMN revision INT NOT NULL DEFAULT 0;
