# One image for web, worker, beat and migrate.
FROM python:3.12-slim

ENV PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --create-home --uid 10001 giaoviec
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md wsgi.py ./
COPY tracker tracker
COPY tasks tasks
COPY templates templates
COPY migrations migrations
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .
RUN install -d -o giaoviec -m 700 /evidence
USER giaoviec
EXPOSE 8000
CMD ["gunicorn", "wsgi:app", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--access-logfile", "-", "--no-control-socket"]
