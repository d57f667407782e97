-- +goose Up
-- Transactions that must see one another's rows stand in line at a row of this
-- table: not every engine locks the rows that a condition would find.
CREATE TABLE queues (
  name VARCHAR(100) NOT NULL PRIMARY KEY,
  turn BIGINT NOT NULL
) /*! DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
