package ai.scailabs.vault.federation.remote;

import java.util.List;

/** Whether names below some prefixes can be used. Who may not list may still read: then it is asked for something that nobody has, which only those learn who may read it. */
public final class AccessProbe {
    private static final int MOST_PREFIXES = 5;
    private static final String NAME_OF_NOTHING = "probe";

    private AccessProbe() {}

    /** Asks for one value. */
    @FunctionalInterface
    public interface Reading {
        /** @throws RemoteException as from {@link RemoteVault#read} */
        void read(RemoteCalls.Turn turn, String name) throws RemoteException;
    }

    /**
     * @param listing asks for one page of what there is
     * @throws RemoteException what the listing was refused with, unless values below each of the first five prefixes may be read
     */
    public static void probe(RemoteCalls calls, List<String> prefixes, RemoteCalls.Call<?> listing, Reading reading)
            throws RemoteException {
        calls.once(turn -> {
            try {
                listing.make(turn);
            } catch (RemoteException refused) {
                if (refused.failure() != RemoteFailure.FORBIDDEN || prefixes.isEmpty()) {
                    throw refused;
                }
                for (String prefix : prefixes.stream().limit(MOST_PREFIXES).toList()) {
                    requireReadable(turn, prefix, reading, refused);
                }
            }
            return true;
        });
    }

    private static void requireReadable(RemoteCalls.Turn turn, String prefix, Reading reading, RemoteException unlisted)
            throws RemoteException {
        try {
            reading.read(turn, prefix + NAME_OF_NOTHING);
        } catch (RemoteException answer) {
            if (answer.failure() == RemoteFailure.FORBIDDEN) {
                throw unlisted;
            }
            if (!answer.failure().isAnswer()) {
                throw answer;
            }
        }
    }
}
