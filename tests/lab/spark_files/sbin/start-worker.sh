#!/usr/bin/env bash
# Starts a worker on the machine this script is executed on: start-worker.sh spark://HOST:PORT
export SPARK_HOME="${SPARK_HOME:-$(cd "$(dirname "$0")/.." && pwd)}"
. "$SPARK_HOME/sbin/spark-config.sh"
. "$SPARK_HOME/bin/load-spark-env.sh"
exec "$SPARK_HOME/sbin/spark-daemon.sh" start org.apache.spark.deploy.worker.Worker 1 \
    --webui-port "${SPARK_WORKER_WEBUI_PORT:-8081}" "$@"
