package io.backupmx.ingress.source;

import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchScope;
import io.backupmx.config.AddressTemplate;
import io.backupmx.config.LdapSourceConfig;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.vertx.core.Future;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import javax.net.ssl.SSLContext;

/**
 * Recipients from a directory: one exists when a search of the whole subtree finds an entry. A search that finds none says "no"
 * only when the directory says that all went well, and did not refer to another one.
 */
public final class LdapLookup implements RecipientLookup {

    private static final String DEFAULT_FILTER = "(mail=%s)";
    private static final int CONNECTIONS = 8;
    private static final int WAITING = 1000;

    private final LdapSourceConfig config;
    private final Duration timeout;
    private final LdapConnections connections;
    private final Questions questions;

    LdapLookup(String name, LdapSourceConfig config, LdapConnections connections) {
        this.config = config;
        this.timeout = config.timeoutOrDefault();
        this.connections = connections;
        this.questions = new Questions(name, CONNECTIONS, WAITING, timeout);
    }

    /**
     * Connects when it is asked first. Whatever is wrong, with the directory or with {@code config}, fails the questions.
     *
     * @param name of the source
     */
    public static LdapLookup of(String name, LdapSourceConfig config) {
        return new LdapLookup(name, config, new LdapConnections(new LdapServer(config, LdapLookup::trusted)));
    }

    /** The JVM's own idea of whom to trust. */
    private static SSLContext trusted() throws SourceFailure {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new SourceFailure("the trusted certificates cannot be read", e);
        }
    }

    @Override
    public Future<Boolean> exists(String address) {
        return questions.ask(() -> ask(address));
    }

    private boolean ask(String address) throws SourceFailure {
        SearchRequest request = request(address);
        while (true) {
            LdapConnections.Taken taken = connections.take();
            try {
                boolean found = search(taken.connection(), request);
                connections.giveBack(taken.connection());
                return found;
            } catch (LDAPException e) {
                ResultCode code = e.getResultCode();
                if (isAnswer(code)) {
                    connections.giveBack(taken.connection());
                } else {
                    taken.connection().close();
                }
                if (!taken.isUsed() || !isClosed(code)) {
                    throw new SourceFailure("search below " + base() + ": " + LdapServer.said(e));
                }
                // The server has closed it since it was used last: the next one, a new one in the end.
            } catch (SourceFailure e) {
                connections.giveBack(taken.connection());
                throw e;
            } catch (RuntimeException e) {
                taken.connection().close();
                throw e;
            }
        }
    }

    private static boolean isAnswer(ResultCode code) {
        return code.isConnectionUsable() && !code.isClientSideResultCode();
    }

    private static boolean isClosed(ResultCode code) {
        return !isAnswer(code)
                && !code.equals(ResultCode.TIMEOUT)
                && !Thread.currentThread().isInterrupted();
    }

    private SearchRequest request(String address) throws SourceFailure {
        String filter =
                AddressTemplate.parse(config.filter().orElse(DEFAULT_FILTER)).expand(address, Filter::encodeValue);
        try {
            SearchRequest request = new SearchRequest(
                    base(),
                    SearchScope.SUB,
                    DereferencePolicy.NEVER,
                    1,
                    (int) Math.max(1, Math.ceilDiv(timeout.toMillis(), 1000)),
                    true,
                    Filter.create(filter),
                    SearchRequest.NO_ATTRIBUTES);
            request.setResponseTimeoutMillis(timeout.toMillis());
            return request;
        } catch (LDAPException e) {
            throw new SourceFailure("'" + filter + "' is no filter (RFC 4515)", e);
        }
    }

    private String base() {
        return config.base().orElse("");
    }

    private static boolean search(LDAPConnection connection, SearchRequest request)
            throws LDAPException, SourceFailure {
        SearchResult result;
        try {
            result = connection.search(request);
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED) && e.getEntryCount() > 0) {
                return true; // there are more than the one we asked for
            }
            throw e;
        }
        if (result.getEntryCount() == 0 && result.getReferenceCount() > 0) {
            throw new SourceFailure("search below " + request.getBaseDN() + ": refers to other directories, which are"
                    + " not asked: choose a base below which it does not, or a server that knows all");
        }
        return result.getEntryCount() > 0;
    }

    @Override
    public void close() {
        questions.close();
        connections.close();
    }
}
