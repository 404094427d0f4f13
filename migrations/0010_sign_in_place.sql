-- Addresses from which a name has signed in, as SHA-256 of both: wrong passwords from there are counted apart from everybody else's.
create table sign_in_place (
    place_hash text primary key,
    last_at bigint not null
);
