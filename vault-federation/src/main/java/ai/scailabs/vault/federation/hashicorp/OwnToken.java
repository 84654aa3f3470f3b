package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The token that Kubernetes gave to this service, in a file that changes while the service runs. No config names it. */
record OwnToken(Path file) {
    /** Where Kubernetes puts it. */
    static final OwnToken MOUNTED = new OwnToken(Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token"));

    private static final int LONGEST = 16_384;

    /** As it is now. */
    String read() throws RemoteException {
        try (InputStream in = Files.newInputStream(file)) {
            String jwt = new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1).strip();
            if (VaultLogin.TOKEN.matcher(jwt).matches()) {
                return jwt;
            }
        } catch (IOException unreadable) {
            throw unusable("cannot be read");
        }
        throw unusable("holds none");
    }

    private static RemoteException unusable(String problem) {
        return new RemoteException(
                RemoteFailure.CREDENTIALS_UNUSABLE, "the file with this service's own token " + problem);
    }
}
