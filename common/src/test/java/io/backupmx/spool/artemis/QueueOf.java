package io.backupmx.spool.artemis;

import io.backupmx.route.Route;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A taker that hands its mail to the test, as many at once as it has places. */
final class QueueOf implements SpoolReader.Taker {

    private final Semaphore places;
    private final BlockingQueue<TakenMail> taken = new LinkedBlockingQueue<>();

    QueueOf(int places) {
        this.places = new Semaphore(places);
    }

    @Override
    public boolean wantsMail() {
        return places.tryAcquire();
    }

    @Override
    public void accept(TakenMail mail) {
        taken.add(mail);
    }

    @Override
    public void none() {
        places.release();
    }

    /** Places for mail of {@code route} only. */
    SpoolReader.Places placesFor(Route route) {
        return asked -> asked.equals(route) && wantsMail() ? Optional.of(this) : Optional.empty();
    }

    void addPlaces(int more) {
        places.release(more);
    }

    int closeGate() {
        return places.drainPermits();
    }

    TakenMail next() throws InterruptedException {
        TakenMail mail = taken.poll(20, TimeUnit.SECONDS);
        if (mail == null) {
            throw new AssertionError("no mail within 20 s");
        }
        return mail;
    }

    boolean isEmptyFor(long millis) throws InterruptedException {
        TakenMail mail = taken.poll(millis, TimeUnit.MILLISECONDS);
        if (mail != null) {
            taken.add(mail);
        }
        return mail == null;
    }
}
