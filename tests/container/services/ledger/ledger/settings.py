"""The options of /etc/ledger/ledger.conf, and what they lead to."""

import sys

import kombu
from oslo_config import cfg

FILE = "/etc/ledger/ledger.conf"


def read() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt("transport_url"))
    conf.register_opt(cfg.StrOpt("connection"), group="database")
    conf(args=[], project="ledger", prog=sys.argv[0], default_config_files=[FILE])
    return conf


def queue() -> kombu.Connection:
    return kombu.Connection(read().transport_url.replace("rabbit://", "amqp://"))
