package io.backupmx.ingress.session;

import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.etrn.RouteCalls;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RequireTls;

/**
 * Whom an ingress asks.
 *
 * @param recipients who may get mail
 * @param limits which mails their primaries would not take
 * @param requireTls whether mail that demands TLS on all its way is taken
 * @param policy who of the senders is to come again
 * @param blocklists which clients are refused
 * @param senders whether clients may send for their senders
 * @param contents which contents are refused
 * @param calls who tries the mail that an ETRN wants
 */
public record Advisers(
        RecipientDirectory recipients,
        KnownLimits limits,
        RequireTls requireTls,
        DeferralPolicy policy,
        Blocklists blocklists,
        SenderPolicy senders,
        ContentCheck contents,
        RouteCalls calls) {}
