/**
 * JMH benchmarks of the single steps of a request. They never talk to a server, and only policies need a database, to be read from. Run them with {@code bin/bench
 * --jmh}. Their fields are set by JMH before each run.
 */
@org.jspecify.annotations.NullUnmarked
package ai.scailabs.vault.bench.micro;
