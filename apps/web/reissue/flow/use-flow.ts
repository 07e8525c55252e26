import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { ReissueFlow, type FlowState } from './reissue-flow.js';

export const FlowContext = createContext<ReissueFlow | undefined>(undefined);

type Flow = FlowState & Omit<ReissueFlow, keyof FlowState | 'subscribe' | 'current'>;

/** The flow's state and acts, and a new render with each change. */
export function useFlow(): Flow {
  const flow = useContext(FlowContext);
  if (!flow) throw new Error('useFlow needs FlowContext');
  const state = useSyncExternalStore(flow.subscribe, flow.current);
  return { ...flow, client: flow.client, ...state };
}

/** @returns undefined while the page opens */
export function useOpenedFlow(): ReissueFlow | undefined {
  const [flow, setFlow] = useState<ReissueFlow>();
  useEffect(() => {
    void ReissueFlow.open().then(setFlow);
  }, []);
  return flow;
}
