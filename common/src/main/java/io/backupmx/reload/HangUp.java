package io.backupmx.reload;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP. Java hears of signals by {@code sun.misc.Signal} alone, which every JDK has (module jdk.unsupported) but the
 * compiler warns of; so it is found at run time, and where it is not, SIGHUP does what it did.
 */
final class HangUp {

    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

    private HangUp() {}

    /** From now on SIGHUP runs {@code task}, on a thread of its own, instead of ending the process. */
    static void then(Runnable task) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object ours = Proxy.newProxyInstance(
                    HangUp.class.getClassLoader(), new Class<?>[] {handler}, (_, method, arguments) -> {
                        if (!method.getName().equals("handle")) {
                            return method.invoke(task, arguments); // of Object
                        }
                        run(task);
                        return null;
                    });
            var _ = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), ours);
        } catch (InvocationTargetException e) {
            LOG.atInfo().setCause(e.getCause()).log("SIGHUP is not ours to hear"); // as below nohup
        } catch (ReflectiveOperationException e) {
            LOG.atInfo().setCause(e).log("SIGHUP cannot be heard here");
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("reload by SIGHUP failed");
        }
    }
}
