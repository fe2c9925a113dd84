import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Counts for ever, slowly, in keyed state; compiled by the test that submits it. */
public final class CountingJob {
  public static void main(String[] args) throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.fromSequence(0, Long.MAX_VALUE)
        .keyBy(number -> number % 16)
        .map(new Count())
        .sinkTo(new DiscardingSink<>());
    env.execute(args[0]);
  }

  /** Counts per key. */
  public static final class Count extends RichMapFunction<Long, Long> {
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
    }

    @Override
    public Long map(Long number) throws Exception {
      Thread.sleep(1);
      Long before = count.value();
      count.update(before == null ? 1 : before + 1);
      return count.value();
    }
  }
}
