<?php
$config = [
  'db_dsnw' => 'sqlite:////var/lib/roundcube/temp/roundcube.sqlite?mode=0600',
  'imap_host' => 'localhost:143',
  'des_key' => 'four-and-twenty-letters!',
  'log_driver' => 'file',
  'log_dir' => '/var/log/roundcube/',
  'temp_dir' => '/var/lib/roundcube/temp/',
  'plugins' => ['password'],
];
