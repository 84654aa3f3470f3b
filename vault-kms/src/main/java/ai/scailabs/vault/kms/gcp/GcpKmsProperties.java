package ai.scailabs.vault.kms.gcp;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which key, and how to reach it. Credentials are the application default credentials: an attached service account, workload identity, or a file that the environment names.
 *
 * @param key which key
 * @param endpoint other than the public one; absent for that one
 * @param patience how long a caller waits for an answer, further tries included
 */
public record GcpKmsProperties(GcpKeyName key, @Nullable URI endpoint, Duration patience) {}
