-- Written by whoever asks whether the database can be written.
create table heartbeat (
    only_row bigint primary key,
    at bigint not null
);
insert into heartbeat (only_row, at) values (1, 0);
