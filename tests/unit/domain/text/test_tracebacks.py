from pitui.domain.text.tracebacks import error_line, python_error

SPARK = """org.apache.spark.api.python.PythonException: Traceback (most recent call last):
  File "/opt/spark/python/lib/pyspark.zip/pyspark/worker.py", line 4327, in invoke_udf
    run_process()
  File "/home/spark/jobs/app.py", line 12, in bad
    if x == 3: raise ValueError("deliberate")
               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
ValueError: deliberate
 SQLSTATE: 38000
\tat org.apache.spark.api.python.BasePythonRunner.read(PythonRunner.scala:1097)
"""
CHAIN = """Traceback (most recent call last):
  File "a.py", line 1, in f
KeyError: 1

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in g
    f()
my.module.OwnError
"""


def test_the_end_of_a_python_traceback():
    assert error_line(SPARK) == "ValueError: deliberate"
    assert error_line(CHAIN) == "my.module.OwnError"


def test_of_another_text_the_first_line():
    java = "\njava.lang.OutOfMemoryError: Java heap space\n\tat x.y.Z(Z.java:1)"
    assert error_line(java) == "java.lang.OutOfMemoryError: Java heap space"
    assert python_error(java) == ""
    assert error_line("") == ""
