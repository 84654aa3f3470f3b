/**
 * The connection to Redis, which is there or is not: whoever uses it goes on without. It never queues a command for later and never prints a
 * password. Start with {@link ai.scailabs.vault.access.redis.RedisLink}.
 */
@NullMarked
package ai.scailabs.vault.access.redis;

import org.jspecify.annotations.NullMarked;
