-- +goose Up
-- What an area says of the places where matters go that no representative can
-- settle; one row for a kind of place. Rows are never deleted: one that was taken
-- back has own = false and keeps its count of changes.
CREATE TABLE referrals (
  area_id VARCHAR(36) NOT NULL,
  kind VARCHAR(20) NOT NULL,
  own BOOLEAN NOT NULL,
  name VARCHAR(120) NOT NULL,
  purpose VARCHAR(300) NOT NULL,
  phone VARCHAR(32) NOT NULL,
  address VARCHAR(300) NOT NULL,
  hours VARCHAR(180) NOT NULL,
  sort INT NOT NULL,
  shown BOOLEAN NOT NULL,
  revision INT NOT NULL,
  updated_at DATETIME/*!(3)*/ NOT NULL,
  PRIMARY KEY (area_id, kind)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
