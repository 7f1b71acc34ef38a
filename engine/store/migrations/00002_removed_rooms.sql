-- +goose Up
ALTER TABLE rooms ADD COLUMN list TEXT NOT NULL DEFAULT '';      -- the room list that it is in
ALTER TABLE rooms ADD COLUMN equipment TEXT NOT NULL DEFAULT ''; -- joined by ', '
ALTER TABLE rooms ADD COLUMN removed_at INTEGER NOT NULL DEFAULT 0; -- when the directory first left it out; 0 = it did not
