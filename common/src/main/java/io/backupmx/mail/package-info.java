/** What the product keeps safe: queue id, envelope, content, and the one codec of their stored form. */
@NullMarked
package io.backupmx.mail;

import org.jspecify.annotations.NullMarked;
