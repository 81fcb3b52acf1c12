package io.backupmx.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** What a {@link ScriptedPrimary} has seen since it was made, over all its starts; for any number of threads. */
final class PrimaryRecord {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<ReceivedMail> mails = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final List<String> clients = new ArrayList<>();
    private final Set<Script.Rule> played = new HashSet<>();
    private final TrafficRecord traffic = new TrafficRecord();
    private Optional<Predicate<ReceivedMail>> check = Optional.empty();
    private int accepted;
    private int connections;
    private int open;
    private int mostOpen;
    private int ehlos;
    private int helos;
    private int transactions;

    /** Keeps no mail from now on but gives each that is taken to {@code check}; what fails it is a violation. */
    void check(Predicate<ReceivedMail> check) {
        changing(() -> {
            this.check = Optional.of(check);
            return 0;
        });
    }

    Arrival connected() {
        lock.lock();
        try {
            open++;
            mostOpen = Math.max(mostOpen, open);
            traffic.connected();
            connections++;
            changed.signalAll();
            return new Arrival(connections, open);
        } finally {
            lock.unlock();
        }
    }

    /**
     * A connection that has come.
     *
     * @param number from 1
     * @param open how many are open with it
     */
    record Arrival(int number, int open) {}

    void greeted(int connection) {
        changing(() -> {
            traffic.greeted(connection);
            return 0;
        });
    }

    void disconnected(int connection) {
        changing(() -> {
            traffic.disconnected(connection);
            return --open;
        });
    }

    void ehlo() {
        changing(() -> ++ehlos);
    }

    void helo() {
        changing(() -> ++helos);
    }

    /** A MAIL command has come; its number. */
    int transaction(int connection, String sender) {
        return changing(() -> {
            traffic.begun(connection, sender);
            return ++transactions;
        });
    }

    /** It was refused, reset or lost, unless it was taken before. */
    void over(int transaction) {
        changing(() -> {
            traffic.ended(transaction, false);
            return 0;
        });
    }

    void mail(ReceivedMail mail) {
        Optional<Predicate<ReceivedMail>> checking = reading(() -> check);
        if (checking.isPresent() && mail.accepted() && !checking.get().test(mail)) {
            violation(mail.connection(), "not what was sent: " + mail);
        }
        changing(() -> {
            if (checking.isEmpty()) {
                mails.add(mail);
            }
            traffic.ended(mail.transaction(), mail.accepted());
            return mail.accepted() ? ++accepted : accepted;
        });
    }

    Traffic traffic() {
        return reading(traffic::soFar);
    }

    void violation(int connection, String what) {
        changing(() -> {
            violations.add("connection " + connection + ": " + what);
            return violations.size();
        });
    }

    /** Another script: none of its rules has had its turn. */
    void nothingPlayed() {
        changing(() -> {
            played.clear();
            return 0;
        });
    }

    void played(Script.Rule rule) {
        changing(() -> {
            played.add(rule);
            return played.size();
        });
    }

    boolean hasPlayed(Script.Rule rule) {
        return reading(() -> played.contains(rule));
    }

    /** Forgets mails and violations; the numbers go on. */
    void forget() {
        changing(() -> {
            mails.clear();
            violations.clear();
            accepted = 0;
            return 0;
        });
    }

    List<ReceivedMail> mails() {
        return reading(() -> List.copyOf(mails));
    }

    /** One is connecting. */
    void client(String address) {
        changing(() -> {
            clients.add(address);
            return clients.size();
        });
    }

    List<String> clients() {
        return reading(() -> List.copyOf(clients));
    }

    /** A line of XFORWARD or AUTH has come. */
    void said(String line) {
        changing(() -> {
            said.add(line);
            return said.size();
        });
    }

    List<String> said() {
        return reading(() -> List.copyOf(said));
    }

    List<String> violations() {
        return reading(() -> List.copyOf(violations));
    }

    int accepted() {
        return reading(() -> accepted);
    }

    int connections() {
        return reading(() -> connections);
    }

    int open() {
        return reading(() -> open);
    }

    int mostOpen() {
        return reading(() -> mostOpen);
    }

    int ehlos() {
        return reading(() -> ehlos);
    }

    int helos() {
        return reading(() -> helos);
    }

    int transactions() {
        return reading(() -> transactions);
    }

    /** Whether {@code condition}, asked after every change, came true within {@code timeout}. */
    boolean await(BooleanSupplier condition, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the primary", e);
        } finally {
            lock.unlock();
        }
    }

    private int changing(IntSupplier change) {
        lock.lock();
        try {
            int result = change.getAsInt();
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }

    private <T> T reading(Supplier<T> value) {
        lock.lock();
        try {
            return value.get();
        } finally {
            lock.unlock();
        }
    }
}
