"""One thin file per job, named as the job."""
