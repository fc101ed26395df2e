"""The tables. Instants are ISO 8601 text in UTC with microseconds, so that text order is time order."""

from __future__ import annotations

VERSION = 1

TABLES = """
create table if not exists call (
  seq integer primary key autoincrement,
  sid text not null unique,
  parent_sid text,
  direction text not null,
  to_number text not null,
  from_number text not null,
  status text not null,
  created_at text not null,
  updated_at text not null,
  initiated_at text,
  ringing_at text,
  answered_at text,
  ended_at text,
  duration integer,
  queue_ms integer not null,
  ended_by text,
  answered_by text,
  url text,
  digits text not null,
  price text,
  callback_due integer not null,
  options text not null
);
create index if not exists call_to on call(to_number, seq);
create index if not exists call_from on call(from_number, seq);
create index if not exists call_status on call(status, seq);
create index if not exists call_parent on call(parent_sid) where parent_sid is not null;
create index if not exists call_due on call(callback_due) where callback_due = 1;

create table if not exists message (
  seq integer primary key autoincrement,
  sid text not null unique,
  direction text not null,
  to_number text not null,
  from_number text not null,
  body text not null,
  status text not null,
  created_at text not null,
  updated_at text not null,
  sent_at text,
  delivered_at text,
  error_code integer,
  segments integer not null,
  service_sid text,
  callback text not null,
  callback_due integer not null
);
create index if not exists message_to on message(to_number, seq);
create index if not exists message_from on message(from_number, seq);
create index if not exists message_status on message(status, seq);

create table if not exists conference (
  seq integer primary key autoincrement,
  sid text not null unique,
  name text not null,
  status text not null,
  created_at text not null,
  updated_at text not null,
  reason_ended text,
  ended_by_call text
);
create index if not exists conference_name on conference(name, seq);

create table if not exists participant (
  seq integer primary key autoincrement,
  conference_sid text not null,
  conference_name text not null,
  call_sid text not null,
  label text,
  joined_at text not null,
  left_at text
);
create index if not exists participant_call on participant(call_sid);

create table if not exists timeline (
  seq integer primary key autoincrement,
  subject text not null,
  at text not null,
  kind text not null,
  facts text not null
);
create index if not exists timeline_subject on timeline(subject, seq);

create table if not exists person (address text primary key, facts text not null) without rowid;
create table if not exists number (number text primary key, facts text not null) without rowid;
create table if not exists opt_out (
  person text not null, sender text not null, at text not null, primary key (person, sender)
) without rowid;

create table if not exists recording (
  seq integer primary key autoincrement,
  sid text not null unique,
  call_sid text,
  conference_sid text,
  source text not null,
  status text not null,
  created_at text not null,
  updated_at text not null,
  duration integer,
  error_code integer,
  wish text not null
);
create index if not exists recording_call on recording(call_sid) where call_sid is not null;
create index if not exists recording_conference on recording(conference_sid) where conference_sid is not null;

create table if not exists application (
  seq integer primary key autoincrement, sid text not null unique, name text not null, facts text not null
);
create table if not exists scheduled (sid text primary key, at text not null) without rowid;
create table if not exists deleted (sid text primary key) without rowid;
create index if not exists timeline_notification on timeline(seq) where kind = 'notification';
"""
