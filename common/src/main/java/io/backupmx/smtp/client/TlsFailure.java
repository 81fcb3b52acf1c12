package io.backupmx.smtp.client;

/** @param why in one line, for people */
record TlsFailure(TlsResult result, String why) {}
