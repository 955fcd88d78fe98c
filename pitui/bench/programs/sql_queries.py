"""Analytic queries over the TPC-H tables, in SQL that Spark and other engines read alike.

They ask what a business asks: of few rows and of many, over joins, with sums, ranks and gaps. Each
has a total order and rounds what it divides, so that answers can be compared row by row.
"""

QUERIES = {
    "prices by flag": """
        SELECT l_returnflag AS flag, l_linestatus AS status, count(*) AS items,
               CAST(sum(l_quantity) AS DECIMAL(30, 2)) AS quantity,
               CAST(sum(l_extendedprice * (1 - l_discount)) AS DECIMAL(30, 4)) AS revenue
        FROM lineitem WHERE l_shipdate <= DATE '1998-08-31'
        GROUP BY l_returnflag, l_linestatus ORDER BY flag, status""",
    "revenue by nation and year": """
        SELECT n_name AS nation, year(o_orderdate) AS y,
               CAST(sum(l_extendedprice * (1 - l_discount)) AS DECIMAL(30, 4)) AS revenue
        FROM lineitem JOIN orders ON l_orderkey = o_orderkey
             JOIN supplier ON l_suppkey = s_suppkey JOIN nation ON s_nationkey = n_nationkey
        GROUP BY n_name, year(o_orderdate) ORDER BY nation, y""",
    "customers who spend most": """
        SELECT c_custkey AS customer, c_name AS name, count(*) AS orders,
               CAST(sum(o_totalprice) AS DECIMAL(30, 2)) AS spent
        FROM customer JOIN orders ON c_custkey = o_custkey
        GROUP BY c_custkey, c_name ORDER BY spent DESC, customer LIMIT 20""",
    "late deliveries": """
        SELECT l_shipmode AS mode, count(*) AS items,
               sum(CASE WHEN l_receiptdate > l_commitdate THEN 1 ELSE 0 END) AS late,
               sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH')
                         AND l_receiptdate > l_commitdate THEN 1 ELSE 0 END) AS urgent_late
        FROM lineitem JOIN orders ON l_orderkey = o_orderkey
        GROUP BY l_shipmode ORDER BY mode""",
    "parts not sold in a month": """
        SELECT p_brand AS brand, count(*) AS parts
        FROM part
        WHERE NOT EXISTS (SELECT 1 FROM lineitem WHERE l_partkey = p_partkey
                          AND l_shipdate BETWEEN DATE '1995-01-01' AND DATE '1995-01-31')
        GROUP BY p_brand ORDER BY brand""",
    "cheapest suppliers of a size": """
        SELECT p_partkey AS part, s_name AS supplier, r_name AS region,
               CAST(ps_supplycost AS DECIMAL(30, 2)) AS cost
        FROM (SELECT ps_partkey, ps_suppkey, ps_supplycost,
                     row_number() OVER (PARTITION BY ps_partkey
                                        ORDER BY ps_supplycost, ps_suppkey) AS place
              FROM partsupp) offers
             JOIN part ON ps_partkey = p_partkey JOIN supplier ON ps_suppkey = s_suppkey
             JOIN nation ON s_nationkey = n_nationkey JOIN region ON n_regionkey = r_regionkey
        WHERE place = 1 AND p_size = 15 ORDER BY part LIMIT 50""",
    "orders by month, and growth": """
        SELECT month, orders, orders - lag(orders) OVER (ORDER BY month) AS growth
        FROM (SELECT year(o_orderdate) * 100 + month(o_orderdate) AS month, count(*) AS orders
              FROM orders GROUP BY year(o_orderdate) * 100 + month(o_orderdate)) months
        ORDER BY month""",
    "customers without orders": """
        SELECT c_mktsegment AS segment, count(*) AS customers,
               CAST(sum(c_acctbal) AS DECIMAL(30, 2)) AS balance
        FROM customer LEFT JOIN orders ON c_custkey = o_custkey
        WHERE o_orderkey IS NULL GROUP BY c_mktsegment ORDER BY segment""",
    "stock that binds most money": """
        SELECT ps_partkey AS part,
               CAST(sum(ps_supplycost * ps_availqty) AS DECIMAL(30, 2)) AS money
        FROM partsupp JOIN supplier ON ps_suppkey = s_suppkey
             JOIN nation ON s_nationkey = n_nationkey
        WHERE n_name IN ('GERMANY', 'FRANCE', 'KENYA')
        GROUP BY ps_partkey ORDER BY money DESC, part LIMIT 30""",
    "brands and containers": """
        SELECT p_brand AS brand, p_container AS container, count(DISTINCT l_orderkey) AS orders,
               CAST(sum(l_extendedprice) AS DECIMAL(30, 2)) AS price
        FROM lineitem JOIN part ON l_partkey = p_partkey
        WHERE p_type LIKE '%BRASS' AND l_quantity < 10
        GROUP BY p_brand, p_container ORDER BY orders DESC, brand, container LIMIT 40""",
}
"""By name, in the order in which they are run."""

TABLES = (
    "customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier",
)  # fmt: skip
