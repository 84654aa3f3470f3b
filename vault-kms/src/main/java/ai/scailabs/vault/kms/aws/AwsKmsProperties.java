package ai.scailabs.vault.kms.aws;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which key, and how to reach it. Credentials come from where the SDK looks for them by itself: a role of the instance, container or service account, or the environment.
 *
 * @param key which key
 * @param endpoint other than that of the key's region; absent for that one
 * @param patience how long a caller waits for an answer, further tries included
 */
public record AwsKmsProperties(AwsKeyArn key, @Nullable URI endpoint, Duration patience) {}
