<?php
$config["password_driver"] = "hestia";
$config["password_minimum_length"] = 8;
$config["password_hestia_host"] = "localhost";
$config["password_hestia_port"] = "8083";
