//! Schema of the store, as migrations.

/// Migrations: each leads from one schema version to the next.
pub(super) const MIGRATIONS: [&str; 4] = [
    "
    BEGIN IMMEDIATE;
    CREATE TABLE whole (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        until_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE cursor (
        conversation TEXT PRIMARY KEY,
        message TEXT NOT NULL,
        is_left INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE seen (
        conversation TEXT NOT NULL,
        message TEXT NOT NULL,
        version BLOB NOT NULL,
        PRIMARY KEY (conversation, message)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
    COMMIT;
    ",
    // Also groups of which nothing was ever delivered.
    "
    BEGIN IMMEDIATE;
    CREATE TABLE former (conversation TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE former_known (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;
    INSERT INTO former SELECT conversation FROM cursor WHERE is_left;
    ALTER TABLE cursor DROP COLUMN is_left;
    PRAGMA user_version = 2;
    COMMIT;
    ",
    // Also the baseline, which is saved before anything is delivered.
    "
    BEGIN IMMEDIATE;
    CREATE TABLE baseline (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        moment_ms INTEGER NOT NULL
    ) STRICT;
    PRAGMA user_version = 3;
    COMMIT;
    ",
    // Also the user, noted when a client is connected.
    "
    BEGIN IMMEDIATE;
    CREATE TABLE account (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        user TEXT NOT NULL
    ) STRICT;
    PRAGMA user_version = 4;
    COMMIT;
    ",
];

/// Tables of all versions.
pub(super) const TABLES: [&str; 7] = [
    "whole",
    "cursor",
    "seen",
    "former",
    "former_known",
    "baseline",
    "account",
];
