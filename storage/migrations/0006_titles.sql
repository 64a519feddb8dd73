-- What a group calls itself may say who is in it, and nothing asks for it.

ALTER TABLE groups DROP COLUMN title;
