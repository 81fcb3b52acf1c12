/** Contents are shown to rspamd before they are taken. */
@NullMarked
package io.backupmx.ingress.rspamd;

import org.jspecify.annotations.NullMarked;
