-- +goose Up
-- When representatives say of themselves that they receive people.
CREATE TABLE representative_hours (
  representative_id VARCHAR(36) NOT NULL,
  weekday INT NOT NULL,
  opens VARCHAR(5) NOT NULL,
  closes VARCHAR(5) NOT NULL,
  PRIMARY KEY (representative_id, weekday, opens)
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
