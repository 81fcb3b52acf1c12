/** Lists in the DNS of clients to refuse mail from (RFC 5782). */
@NullMarked
package io.backupmx.ingress.dnsbl;

import org.jspecify.annotations.NullMarked;
