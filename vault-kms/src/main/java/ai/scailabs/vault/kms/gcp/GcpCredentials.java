package ai.scailabs.vault.kms.gcp;

import com.google.auth.oauth2.ComputeEngineCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.util.List;

/** Where credentials for KMS come from. */
@FunctionalInterface
interface GcpCredentials {
    String SCOPE = "https://www.googleapis.com/auth/cloudkms";

    GoogleCredentials get() throws IOException;

    /** The application default credentials, limited to KMS. */
    static GoogleCredentials find() throws IOException {
        try {
            return GoogleCredentials.getApplicationDefault().createScoped(List.of(SCOPE));
        } catch (IOException none) {
            return ofMetadataServer(none);
        }
    }

    /** The library looks for a metadata server once in the life of a process; where nodes start slowly, it comes up after that. */
    private static GoogleCredentials ofMetadataServer(IOException none) throws IOException {
        GoogleCredentials attached = ComputeEngineCredentials.create().createScoped(List.of(SCOPE));
        try {
            attached.refresh();
            return attached;
        } catch (IOException absent) {
            none.addSuppressed(absent);
            throw none;
        }
    }
}
