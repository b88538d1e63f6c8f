"""What happens without anybody asking (Celery): one registered task per job."""
