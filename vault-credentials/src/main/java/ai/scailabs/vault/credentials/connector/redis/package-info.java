/**
 * Users of Redis by its access control lists, over connections that are made for one call and never again by themselves. Start with
 * {@link ai.scailabs.vault.credentials.connector.redis.RedisTarget}.
 */
@NullMarked
package ai.scailabs.vault.credentials.connector.redis;

import org.jspecify.annotations.NullMarked;
