import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

/** Serves a queue until SIGTERM, with the options of src/worker/worker.ts. Arguments of the process: address, queue, file of the bundle. */
export async function serve(activities) {
  const [address, taskQueue, codePath] = process.argv.slice(2);
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: ['SIGTERM'] });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath },
    activities,
    maxConcurrentActivityTaskExecutions: 400,
    maxConcurrentLocalActivityExecutions: 400,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    stickyQueueScheduleToStartTimeout: '3s',
  });
  await worker.run();
  await connection.close();
}
