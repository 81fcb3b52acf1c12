package io.backupmx.worker.delivery;

import io.backupmx.smtp.client.SmtpConnection;
import java.util.function.Consumer;

/**
 * What an attempt has to know of the hosts it goes to, beside how they are reached.
 *
 * @param mayKnowClient whether they may be told whom the mail came from
 * @param isOne whether there is one alone, so that what it does not take nobody does
 * @param tookMail hears of each connection over which a mail was taken while what its host says may be believed
 */
record HostTerms(boolean mayKnowClient, boolean isOne, Consumer<SmtpConnection> tookMail) {}
