-- A search over metrics is answered from the index alone, the step included.
create index run_metric_by_value on run_metric (name, value, run_id, step);
drop index run_metric_search;
